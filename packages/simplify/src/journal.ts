import type { Note } from "@pare/pass";

/** Collects what was done, one note a sentence, its subjects in the order in which they came up. */
export class Journal {
  readonly #entries = new Map<string, { kind: Note["kind"]; text: string; subjects: Set<string>; times: number }>();
  changes = 0;

  add(kind: "changed" | "left", text: string, subject: string): void {
    const key = `${kind} ${text}`;
    const entry = this.#entries.get(key) ?? { kind, text, subjects: new Set(), times: 0 };
    this.#entries.set(key, entry);
    // A site that is left is looked at in every round; a change happens once.
    if (kind === "changed" || !entry.subjects.has(subject)) entry.times++;
    entry.subjects.add(subject);
    if (kind === "changed") this.changes++;
  }

  /** Forgets, on `rewind`, what was added since. */
  mark(): { rewind(): void } {
    const entries = [...this.#entries].map(
      ([key, entry]) => [key, { ...entry, subjects: new Set(entry.subjects) }] as const,
    );
    const { changes } = this;
    return {
      rewind: () => {
        this.#entries.clear();
        for (const [key, entry] of entries) this.#entries.set(key, entry);
        this.changes = changes;
      },
    };
  }

  get notes(): readonly Note[] {
    return [...this.#entries.values()].map(({ kind, text, subjects, times }) => ({
      kind,
      text: times > 1 ? `${text} (${times} times)` : text,
      subjects: [...subjects],
    }));
  }
}
