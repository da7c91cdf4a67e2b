import type { Model } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import type { Note, PassBench } from "@pare/pass";
import { isHere } from "../targets/is-here.ts";
import type { Target } from "../targets/target.ts";
import { predict } from "./predict.ts";
import { type Proof, prove } from "./prove.ts";

/**
 * Which nodes of a quantized model run as integers: predicted for the target and, where this machine is one, compared
 * with what ran.
 */
export async function proofNote(model: Model, target: Target, bench: PassBench | undefined): Promise<Note> {
  const prediction = predict(model, inferTypes(model), target);
  const proof = bench !== undefined && isHere(target, bench) ? await proofOf(model, prediction, bench) : undefined;
  return {
    kind: "info",
    text: proofText(prediction.integerShare, proof, target.name),
    ...(proof !== undefined && proof.disagreements.length > 0 && { subjects: proof.disagreements.map(textOf) }),
    proof: {
      target: target.name,
      predictedShare: prediction.integerShare ?? null,
      provenShare: proof?.provenShare ?? null,
      disagreements: proof?.disagreements ?? [],
    },
  };
}

/** What is predicted, for plans. */
export function shareNote(integerShare: number | undefined, target: Target): Note {
  return { kind: "info", text: proofText(integerShare, "foreseen", target.name) };
}

async function proofOf(model: Model, prediction: Parameters<typeof prove>[0], bench: PassBench): Promise<Proof> {
  const { profile, optimized } = await bench.profile(model, { runs: 1 });
  return prove(prediction, profile, optimized);
}

function proofText(predicted: number | undefined, proof: Proof | "foreseen" | undefined, target: string): string {
  const told =
    predicted === undefined
      ? `which nodes are integer on ${target} (of how many multiply-adds is not known: some sizes are not)`
      : `${percent(predicted)} of the multiply-adds are integer on ${target}`;
  if (proof === "foreseen") return `${told}, by prediction`;
  if (proof === undefined) return `${told}: predicted, not proven, for this machine is none`;
  const { disagreements, provenShare } = proof;
  if (disagreements.length === 0) return `${told}: predicted, and proven by the runtime's profile`;
  const proven = provenShare === undefined ? "" : `; proven are ${percent(provenShare)}`;
  return `${told} by prediction${proven}: ${disagreements.length} nodes ran otherwise, which is a fault of pare`;
}

const textOf = ({ node, predicted, ran }: Proof["disagreements"][number]) => `${node}: ${predicted}, ran as ${ran}`;

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
