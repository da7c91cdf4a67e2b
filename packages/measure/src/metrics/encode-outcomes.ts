/**
 * Outcomes as a record keeps them, and back: columns of little-endian numbers in base64, the smallest type that holds
 * them. Losses, confidences and odds are rounded to float32.
 */
import type { OutcomeColumn, OutcomesRecord } from "@pare/report";
import { makeTensor, numbers, tensorBytes, tensorOf } from "@pare/tensor";
import { outcomesUnreadableError } from "../errors.ts";
import type { LabelOutcomes } from "./catalog.ts";

/** Odds of every class beyond this are left out: metrics that rank by them need the samples again. */
const mostOdds = 1_000_000;

export function encodeOutcomes(outcomes: LabelOutcomes, samplesSha256: string): OutcomesRecord {
  switch (outcomes.kind) {
    case "class": {
      const { labels, predictions, ranks, losses, confidences, odds, classes } = outcomes;
      const kept = odds !== undefined && odds.length <= mostOdds;
      const columns = {
        labels: integers(labels),
        predictions: integers(predictions),
        ranks: integers(ranks),
        losses: floats(losses),
        confidences: floats(confidences),
        ...(kept && { odds: floats(odds) }),
      };
      return { kind: "class", samples: labels.length, samplesSha256, classes, columns };
    }
    case "values": {
      const { width, targets, predictions } = outcomes;
      const columns = { targets: floats(targets), predictions: floats(predictions) };
      return { kind: "values", samples: targets.length / width, samplesSha256, width, columns };
    }
    case "tokens": {
      const { losses, tokens, characters } = outcomes;
      const columns = { losses: floats(losses), tokens: integers(tokens), characters: integers(characters) };
      return { kind: "tokens", samples: losses.length, samplesSha256, columns };
    }
  }
}

/** @throws MEASURE_OUTCOMES where a column is missing or has another length */
export function decodeOutcomes(record: OutcomesRecord): LabelOutcomes {
  const { kind, samples, classes = [], width = 1, columns } = record;
  const read = (name: string, each = 1) => decode(name, columns[name], samples * each);
  switch (kind) {
    case "class":
      return {
        kind,
        classes,
        labels: Int32Array.from(read("labels")),
        predictions: Int32Array.from(read("predictions")),
        ranks: Int32Array.from(read("ranks")),
        losses: read("losses"),
        confidences: Float32Array.from(read("confidences")),
        ...(columns.odds && { odds: Float32Array.from(read("odds", classes.length)) }),
      };
    case "values":
      return { kind, width, targets: read("targets", width), predictions: read("predictions", width) };
    case "tokens":
      return { kind, losses: read("losses"), tokens: read("tokens"), characters: read("characters") };
  }
}

function integers(values: ArrayLike<number>): OutcomeColumn {
  let [least, most] = [0, 0];
  for (let i = 0; i < values.length; i++) [least, most] = [Math.min(least, values[i]!), Math.max(most, values[i]!)];
  const type = least >= 0 && most < 256 ? "uint8" : least >= -32768 && most < 32768 ? "int16" : "int32";
  return encode(type, values);
}

function floats(values: ArrayLike<number>): OutcomeColumn {
  return encode("float32", values);
}

function encode(type: OutcomeColumn["type"], values: ArrayLike<number>): OutcomeColumn {
  const bytes = tensorBytes(tensorOf(type, [values.length], values));
  return { type, base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64") };
}

function decode(name: string, column: OutcomeColumn | undefined, count: number): Float64Array {
  if (column === undefined) throw outcomesUnreadableError(name, "it is missing");
  const bytes = Uint8Array.from(Buffer.from(column.base64, "base64"));
  const size = { uint8: 1, int16: 2, int32: 4, float32: 4 }[column.type];
  if (bytes.length !== count * size) throw outcomesUnreadableError(name, `it holds ${bytes.length / size} of ${count}`);
  return numbers(makeTensor(column.type, [count], bytes));
}
