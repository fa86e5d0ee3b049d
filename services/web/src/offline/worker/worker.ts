/** For now nothing. */ export {};
