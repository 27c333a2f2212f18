import math
import numpy
import pandas
from keras.models import Sequential
from keras.layers import Dense, LSTM
from sklearn.preprocessing import MinMaxScaler
from sklearn.metrics import mean_squared_error

# convert an array of values into a dataset matrix
def create_dataset(dataset, look_back=1):
	dataX, dataY = [], []
	for i in range(len(dataset)-look_back):
		dataX.append(dataset[i:(i+look_back), 0])
		dataY.append(dataset[i + look_back, 0])
	return numpy.array(dataX), numpy.array(dataY)

numpy.random.seed(7)
dataframe = pandas.read_csv('airline-passengers.csv', usecols=[1], engine='python')
dataset = dataframe.values.astype('float32')
# split into train and test sets, then scale with the training range
train_size = int(len(dataset) * 0.67)
train, test = dataset[:train_size], dataset[train_size:]
scaler = MinMaxScaler(feature_range=(0, 1))
train = scaler.fit_transform(train)
test = scaler.transform(test)
# reshape into X=t..t+2 and Y=t+3
look_back = 3
trainX, trainY = create_dataset(train, look_back)
testX, testY = create_dataset(test, look_back)
# [samples, time steps, features]
trainX = numpy.reshape(trainX, (trainX.shape[0], trainX.shape[1], 1))
testX = numpy.reshape(testX, (testX.shape[0], testX.shape[1], 1))

batch_size = 1
model = Sequential()
model.add(LSTM(4, batch_input_shape=(batch_size, look_back, 1)))
model.add(Dense(1))
model.compile(loss='mean_squared_error', optimizer='adam')
model.fit(trainX, trainY, epochs=100, batch_size=batch_size, verbose=2)

trainPredict = scaler.inverse_transform(model.predict(trainX, batch_size=batch_size))
testPredict = scaler.inverse_transform(model.predict(testX, batch_size=batch_size))
trainY = scaler.inverse_transform([trainY])
testY = scaler.inverse_transform([testY])
print('Train Score: %.2f RMSE' % math.sqrt(mean_squared_error(trainY[0], trainPredict[:,0])))
print('Test Score: %.2f RMSE' % math.sqrt(mean_squared_error(testY[0], testPredict[:,0])))
