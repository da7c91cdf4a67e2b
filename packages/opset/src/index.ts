export { type Change, changes } from "./changes.ts";
export { firstOpset, irVersionFor, lastOpset } from "./ir-version.ts";
export { type UpgradeOptions, upgrade } from "./pass.ts";
export { upgradeOpset } from "./upgrade.ts";
