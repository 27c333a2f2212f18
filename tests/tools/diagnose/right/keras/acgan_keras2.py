"""Alternating GAN training with train_on_batch (Keras 2.1, TF 1.4)."""
import numpy as np
from keras.datasets import fashion_mnist
from keras.layers import Input, Dense, Reshape, Flatten, BatchNormalization
from keras.layers.advanced_activations import LeakyReLU
from keras.models import Sequential, Model
from keras.optimizers import Adam


class GAN():
    def __init__(self):
        self.img_shape = (28, 28, 1)
        self.latent_dim = 100
        optimizer = Adam(0.0002, 0.5)

        self.discriminator = self.build_discriminator()
        self.discriminator.compile(loss='binary_crossentropy', optimizer=optimizer,
                                   metrics=['accuracy'])
        self.generator = self.build_generator()

        z = Input(shape=(self.latent_dim,))
        img = self.generator(z)
        # only the generator is trained in the combined model
        self.discriminator.trainable = False
        validity = self.discriminator(img)
        self.combined = Model(z, validity)
        self.combined.compile(loss='binary_crossentropy', optimizer=Adam(0.0002, 0.5))

    def build_generator(self):
        m = Sequential()
        m.add(Dense(256, input_dim=self.latent_dim))
        m.add(LeakyReLU(alpha=0.2))
        m.add(BatchNormalization(momentum=0.8))
        m.add(Dense(512))
        m.add(LeakyReLU(alpha=0.2))
        m.add(BatchNormalization(momentum=0.8))
        m.add(Dense(int(np.prod(self.img_shape)), activation='tanh'))
        m.add(Reshape(self.img_shape))
        return m

    def build_discriminator(self):
        m = Sequential()
        m.add(Flatten(input_shape=self.img_shape))
        m.add(Dense(512))
        m.add(LeakyReLU(alpha=0.2))
        m.add(Dense(256))
        m.add(LeakyReLU(alpha=0.2))
        m.add(Dense(1, activation='sigmoid'))
        return m

    def train(self, epochs, batch_size=128, sample_interval=200):
        (X_train, _), (_, _) = fashion_mnist.load_data()
        X_train = X_train / 127.5 - 1.
        X_train = np.expand_dims(X_train, axis=3)

        valid = np.ones((batch_size, 1))
        fake = np.zeros((batch_size, 1))
        for epoch in range(epochs):
            idx = np.random.randint(0, X_train.shape[0], batch_size)
            noise = np.random.normal(0, 1, (batch_size, self.latent_dim))
            gen_imgs = self.generator.predict(noise)
            d_real = self.discriminator.train_on_batch(X_train[idx], valid)
            d_fake = self.discriminator.train_on_batch(gen_imgs, fake)
            d_loss = 0.5 * np.add(d_real, d_fake)

            noise = np.random.normal(0, 1, (batch_size, self.latent_dim))
            g_loss = self.combined.train_on_batch(noise, valid)
            if epoch % sample_interval == 0:
                print("%d [D loss: %f, acc.: %.2f%%] [G loss: %f]"
                      % (epoch, d_loss[0], 100 * d_loss[1], g_loss))
                self.save_samples(epoch)

    def save_samples(self, epoch):
        noise = np.random.normal(0, 1, (25, self.latent_dim))
        imgs = 0.5 * self.generator.predict(noise) + 0.5
        np.save('samples_%d.npy' % epoch, imgs)


if __name__ == '__main__':
    GAN().train(epochs=30000, batch_size=32, sample_interval=200)
