/** How far a long task is: `done` of `total` units. A total of 0: unknown. `detail` replaces share and time left. */
export interface ProgressLine {
  report(task: string, done: number, total: number, detail?: string): void;
  /** Takes the live line away, so that other output starts on a clean line. */
  clear(): void;
}

/** What the progress needs of a stream: standard error, or a test's record of what was written. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const liveEveryMs = 100;
const plainEveryMs = 10_000;
const plainNewTaskMs = 1000;

/**
 * On a terminal one line that is written over, at most ten times a second. Elsewhere plain lines: one in ten seconds,
 * and for a new task where the last line is a second old; what is done sooner leaves no line.
 */
export function createProgress(stream: ProgressStream, now: () => number = () => performance.now()): ProgressLine {
  let task = "";
  let startedMs = 0;
  let writtenMs = stream.isTTY ? Number.NEGATIVE_INFINITY : now();
  let visible = false;
  const clear = () => {
    if (visible) stream.write("\r\x1b[K");
    visible = false;
  };
  return {
    clear,
    report: (name, done, total, detail) => {
      const time = now();
      const isNew = name !== task;
      if (isNew) [task, startedMs] = [name, time];
      const everyMs = stream.isTTY ? liveEveryMs : isNew ? plainNewTaskMs : plainEveryMs;
      if (time - writtenMs < everyMs) return;
      writtenMs = time;
      const line =
        detail === undefined
          ? progressText(name, done, total, time - startedMs)
          : `${name}: ${done} of ${total}, ${detail}`;
      if (!stream.isTTY) return void stream.write(`${line}\n`);
      stream.write(`\r${line.slice(0, (stream.columns || 80) - 1)}\x1b[K`);
      visible = true;
    },
  };
}

/** "evaluate original: 512 of 2000, 25 %, about 4 s left". */
export function progressText(task: string, done: number, total: number, elapsedMs: number): string {
  if (total <= 0) return done > 0 ? `${task}: ${done}` : task;
  const share = `${task}: ${done} of ${total}, ${Math.floor((100 * done) / total)} %`;
  const leftMs = done > 0 ? (elapsedMs / done) * (total - done) : 0;
  return leftMs >= 1000 ? `${share}, about ${durationText(leftMs)} left` : share;
}

function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 100 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
