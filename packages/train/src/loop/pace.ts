/** How fast steps go, without what lies between them. */
export interface Pace {
  step(): void;
  /** Time that is not counted. */
  paused<T>(work: () => Promise<T>): Promise<T>;
  /** Since the last `mark`; undefined before a step is done. */
  readonly stepsPerSecond: number | undefined;
  mark(): void;
}

export function measurePace(now: () => number = () => performance.now()): Pace {
  let [steps, sinceMs] = [0, now()];
  return {
    step: () => {
      steps++;
    },
    async paused(work) {
      const began = now();
      try {
        return await work();
      } finally {
        sinceMs += now() - began;
      }
    },
    get stepsPerSecond() {
      return steps === 0 ? undefined : (steps * 1000) / Math.max(now() - sinceMs, 1e-3);
    },
    mark() {
      [steps, sinceMs] = [0, now()];
    },
  };
}
