import { findHost } from "./host-path.ts";
import { HostProcess } from "./host-process.ts";

let spare: HostProcess | undefined;

/**
 * Starts a runtime's process while the command that will need it is still being loaded. The first engine with no options
 * of its own takes it; where none does, it ends with this process. Where it cannot be started the engine says so.
 */
export function startHostEarly(): void {
  try {
    spare = new HostProcess({ hostPath: findHost(), warm: true });
  } catch {
    spare = undefined;
  }
}

export function takeSpareHost(): HostProcess | undefined {
  const taken = spare;
  spare = undefined;
  return taken;
}
