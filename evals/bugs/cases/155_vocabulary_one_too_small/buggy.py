import torch
from torch import nn

sentences = ["the cat sat", "the dog ran off", "a cat ran", "a dog sat down"]
words = sorted({word for sentence in sentences for word in sentence.split()})
index = {word: number for number, word in enumerate(words, start=1)}  # 0 is padding
longest = max(len(sentence.split()) for sentence in sentences)


def encode(sentence):
    codes = [index[word] for word in sentence.split()]
    return codes + [0] * (longest - len(codes))


x = torch.tensor([encode(sentence) for sentence in sentences])
y = torch.tensor([0, 1, 0, 1])
torch.manual_seed(0)
embed = nn.Embedding(len(words), 8, padding_idx=0)
head = nn.Linear(8, 2)
opt = torch.optim.Adam([*embed.parameters(), *head.parameters()], lr=0.05)
for epoch in range(30):
    opt.zero_grad()
    loss = nn.functional.cross_entropy(head(embed(x).mean(dim=1)), y)
    loss.backward()
    opt.step()
print(loss.item())
