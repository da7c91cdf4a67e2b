export const runCommand = async () => 0 as const;
