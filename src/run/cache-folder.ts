import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Where finished steps are kept unless told otherwise: `PARE_CACHE_DIR`, else the user's cache folder as the system has
 * it (`XDG_CACHE_HOME` or ~/.cache; ~/Library/Caches; %LOCALAPPDATA%). Runs of all recipes share it.
 */
export function defaultCacheFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env.PARE_CACHE_DIR) return env.PARE_CACHE_DIR;
  if (platform === "win32") return join(env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "pare", "cache");
  if (platform === "darwin") return join(homedir(), "Library", "Caches", "pare");
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pare");
}
