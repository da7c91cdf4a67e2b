import { editStateError } from "./errors.ts";
import type { Savepoint } from "./types.ts";

interface Entry {
  readonly label: string;
  readonly undo: () => void;
}

/**
 * Undo log of a model. Entries are kept while an edit runs or a savepoint is open, and forgotten otherwise, so that
 * removed tensors do not stay in memory.
 */
export class History {
  readonly #entries: Entry[] = [];
  #open = 0;
  #label: string | undefined;

  get label(): string | undefined {
    return this.#label;
  }

  record(undo: () => void): void {
    if (this.#label === undefined) throw editStateError("a graph was changed outside an edit");
    this.#entries.push({ label: this.#label, undo });
  }

  /** Runs `change`; undoes what it did if it throws. Edits do not nest. */
  run<T>(label: string, change: () => T): T {
    if (this.#label !== undefined) throw editStateError(`edit "${label}" was begun inside edit "${this.#label}"`);
    const start = this.#entries.length;
    this.#label = label;
    try {
      return change();
    } catch (error) {
      this.#undoTo(start);
      throw error;
    } finally {
      this.#label = undefined;
      if (this.#open === 0) this.#entries.length = 0;
    }
  }

  savepoint(): Savepoint {
    const start = this.#entries.length;
    const entries = this.#entries;
    const close = () => {
      this.#open--;
      if (this.#open === 0) entries.length = 0;
    };
    this.#open++;
    return {
      rollback: () => {
        this.#undoTo(start);
        close();
      },
      release: close,
      get labels() {
        return [...new Set(entries.slice(start).map((entry) => entry.label))];
      },
    };
  }

  #undoTo(start: number): void {
    while (this.#entries.length > start) this.#entries.pop()!.undo();
  }
}
