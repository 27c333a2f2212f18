# -*- coding: utf-8 -*-
import random
import gym
import numpy as np
from collections import deque
from keras.models import Sequential
from keras.layers import Dense
from keras.optimizers import Adam

EPISODES = 500


class DQNAgent:
    def __init__(self, state_size, action_size):
        self.state_size = state_size
        self.action_size = action_size
        self.memory = deque(maxlen=2000)
        self.gamma = 0.95    # discount rate
        self.epsilon = 1.0  # exploration rate
        self.epsilon_min = 0.01
        self.epsilon_decay = 0.995
        self.learning_rate = 0.001
        self.model = self._build_model()
        self.target_model = self._build_model()
        self.update_target_model()

    def _build_model(self):
        model = Sequential()
        model.add(Dense(24, input_dim=self.state_size, activation='relu'))
        model.add(Dense(24, activation='relu'))
        model.add(Dense(self.action_size, activation='linear'))
        model.compile(loss='mse', optimizer=Adam(lr=self.learning_rate))
        return model

    def update_target_model(self):
        self.target_model.set_weights(self.model.get_weights())

    def remember(self, state, action, reward, next_state, done):
        self.memory.append((state, action, reward, next_state, done))

    def act(self, state):
        if np.random.rand() <= self.epsilon:
            return random.randrange(self.action_size)
        return np.argmax(self.model.predict(state)[0])

    def replay(self, batch_size):
        minibatch = random.sample(self.memory, batch_size)
        states = np.vstack([m[0] for m in minibatch])
        next_states = np.vstack([m[3] for m in minibatch])
        targets = self.model.predict(states)
        q_next = self.target_model.predict(next_states)
        for i, (_, action, reward, _, done) in enumerate(minibatch):
            # the other actions keep their own prediction, so their error is nought
            targets[i, action] = reward if done else reward + self.gamma * np.amax(q_next[i])
        self.model.fit(states, targets, epochs=1, verbose=0)
        if self.epsilon > self.epsilon_min:
            self.epsilon *= self.epsilon_decay


if __name__ == "__main__":
    env = gym.make('CartPole-v0')
    state_size = env.observation_space.shape[0]
    agent = DQNAgent(state_size, env.action_space.n)
    batch_size = 32

    for e in range(EPISODES):
        state = np.reshape(env.reset(), [1, state_size])
        score = 0
        done = False
        while not done:
            action = agent.act(state)
            next_state, reward, done, _ = env.step(action)
            score += 1
            fell = done and score < 200          # 200 steps is the time limit, not a fall
            next_state = np.reshape(next_state, [1, state_size])
            agent.remember(state, action, -10 if fell else reward, next_state, fell)
            state = next_state
            if len(agent.memory) > batch_size:
                agent.replay(batch_size)
        agent.update_target_model()
        print("episode: {}/{}, score: {}, e: {:.2}".format(e + 1, EPISODES, score, agent.epsilon))
