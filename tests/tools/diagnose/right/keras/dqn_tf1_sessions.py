import random
from collections import deque
import gym
import numpy as np
import tensorflow as tf

ENV, GAMMA, LR = 'CartPole-v0', 0.99, 1e-3
BATCH, MEM, TARGET_EVERY = 64, 50000, 500


class QNet:
    def __init__(self, scope, n_obs, n_act):
        self.scope = scope
        with tf.variable_scope(scope):
            self.s = tf.placeholder(tf.float32, [None, n_obs])
            h = tf.layers.dense(self.s, 64, tf.nn.relu)
            h = tf.layers.dense(h, 64, tf.nn.relu)
            self.q = tf.layers.dense(h, n_act)
        self.vars = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope=scope)


class Agent:
    def __init__(self, sess, n_obs, n_act):
        self.sess, self.n_act = sess, n_act
        self.main, self.target = QNet('main', n_obs, n_act), QNet('target', n_obs, n_act)
        self.a = tf.placeholder(tf.int32, [None])
        self.y = tf.placeholder(tf.float32, [None])
        q_a = tf.reduce_sum(self.main.q * tf.one_hot(self.a, n_act), axis=1)
        self.loss = tf.losses.huber_loss(self.y, q_a)
        self.train_op = tf.train.AdamOptimizer(LR).minimize(self.loss, var_list=self.main.vars)
        self.sync = tf.group(*[t.assign(m) for t, m in zip(self.target.vars, self.main.vars)])
        self.mem = deque(maxlen=MEM)
        sess.run(tf.global_variables_initializer())
        sess.run(self.sync)

    def act(self, s, eps):
        if random.random() < eps:
            return random.randrange(self.n_act)
        return int(np.argmax(self.sess.run(self.main.q, {self.main.s: s[None]})))

    def replay(self):
        S, A, R, S2, D = map(np.array, zip(*random.sample(self.mem, BATCH)))
        q2 = self.sess.run(self.target.q, {self.target.s: S2})
        y = R + GAMMA * (1 - D) * q2.max(axis=1)
        self.sess.run(self.train_op, {self.main.s: S, self.a: A, self.y: y})


def main():
    env = gym.make(ENV)
    with tf.Session() as sess:
        agent = Agent(sess, env.observation_space.shape[0], env.action_space.n)
        step = 0
        for ep in range(400):
            s, done, total, t = env.reset(), False, 0.0, 0
            eps = max(0.02, 1.0 - ep / 150.)
            while not done:
                a = agent.act(s, eps)
                s2, r, done, _ = env.step(a)
                t += 1
                # the time limit is not a real end of the episode
                terminal = done and t < env.spec.max_episode_steps
                agent.mem.append((s, a, r, s2, float(terminal)))
                s, total, step = s2, total + r, step + 1
                if len(agent.mem) >= 1000:
                    agent.replay()
                if step % TARGET_EVERY == 0:
                    sess.run(agent.sync)
            if ep % 20 == 0:
                print(ep, total, round(eps, 2))


if __name__ == '__main__':
    main()
