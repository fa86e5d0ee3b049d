import { checkSchema, migrate, openDatabase } from '@parley/database';
import { readEnv, runTask, url } from '@parley/service';

/** Ms between two checks of the schema version. */
const PAUSE = 1000;

/**
 * `node migrate.js` migrates the database to the newest schema. Several processes can run it at
 * once. `node migrate.js wait` does not migrate, but exits when another process has migrated; it is
 * for services that start at the same time as a migration.
 */
await runTask({
  name: 'migrate',
  run: async ({ env, log }) => {
    const { DATABASE_URL: databaseUrl } = readEnv(env, { DATABASE_URL: url(['postgres', 'postgresql']) });
    if (process.argv[2] !== 'wait') {
      log.info({ migrations: await migrate(databaseUrl) }, 'migrated');
      return;
    }
    await using db = openDatabase({ url: databaseUrl, maxConnections: 1, name: 'parley-migrate', onError: () => {} });
    for (;;) {
      const missing = await checkSchema(db).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (missing === undefined) return;
      log.info({ err: missing }, 'waiting for the schema');
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  },
});
