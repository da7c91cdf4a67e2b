export const simplifyCommand = async () => 0 as const;
