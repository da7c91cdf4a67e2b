export const doctorCommand = async () => 0 as const;
