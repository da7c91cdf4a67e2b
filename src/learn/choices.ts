import type { Choices } from "@pare/pass";
import type { StepChoices } from "@pare/recipe";

export interface KeptChoices extends Choices {
  /** All that was recorded or, in a replay, given. */
  readonly all: StepChoices;
}

/** @param given by the lock file of an earlier run */
export function keepChoices(given: StepChoices = {}): KeptChoices {
  const all: Record<string, unknown> = { ...given };
  return {
    all,
    recall: (key) => (Object.hasOwn(all, key) ? all[key] : undefined),
    record: (key, choice) => {
      all[key] = choice;
    },
  };
}
