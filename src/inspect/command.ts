export const inspectCommand = async () => 0 as const;
