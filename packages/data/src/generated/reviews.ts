/**
 * Short made-up reviews, half of them positive: the feeling is in a few words, some of them turned round by "not".
 */
import { checkIndex, classTarget, type Dataset } from "../dataset.ts";
import { type RandomStream, randomStream } from "../random.ts";
import { padded } from "../text/text-dataset.ts";
import { type GeneratedOptions, purposes } from "./options.ts";

const version = 1;

const praise = ["good", "great", "charming", "funny", "moving", "clever"];
const blame = ["bad", "dull", "boring", "clumsy", "silly", "weak"];
const things = ["film", "story", "plot", "music", "cast", "ending", "script", "scene"];
const fillers = ["the", "a", "this", "and", "was", "is", "with", "very", "quite", "one", "of", "in", "it", "but"];

/** Id 0 is padding, 1 a word that is not here. */
export const reviewWords: readonly string[] = ["", "?", "not", ...praise, ...blame, ...things, ...fillers];
const reviewLength = 24;

/** Fields "ids", "mask", "types": int64 [24]. Classes: negative, positive. */
export function reviews({ split, length, seed }: GeneratedOptions): Dataset {
  const name = `reviews/${split}`;
  return {
    name,
    length,
    classes: ["negative", "positive"],
    fields: ["ids", "mask", "types"],
    sample(index) {
      checkIndex(name, index, length);
      const { words, isPositive } = review(randomStream(seed, purposes[split] + 32, index));
      const ids = words.map((word) => reviewWords.indexOf(word));
      return { id: `${index}`, fields: padded(ids, reviewLength, 0), target: classTarget(isPositive ? 1 : 0) };
    },
    digest: async () => `reviews-${version}:${split}:${seed}:${length}`,
  };
}

/** Two or three judgements among other words; one in ten contradicts the review, one in four is said with "not". */
export function review(random: RandomStream): { readonly words: readonly string[]; readonly isPositive: boolean } {
  const isPositive = random.uniform() < 0.5;
  const words: string[] = [];
  const pick = (list: readonly string[]) => list[random.below(list.length)]!;
  for (let judgement = 2 + random.below(2); judgement > 0; judgement--) {
    for (let i = 1 + random.below(3); i > 0; i--) words.push(pick(fillers));
    words.push(pick(things), pick(fillers));
    const isKind = random.uniform() < 0.1 ? !isPositive : isPositive;
    const isTurned = random.uniform() < 0.25;
    if (isTurned) words.push("not");
    words.push(pick(isKind === isTurned ? blame : praise));
  }
  return { words: words.slice(0, reviewLength), isPositive };
}
