import { releaseTestServer } from './postgres';

/** Jest wants setup and teardown as two files. */
export default async function teardown(): Promise<void> {
  await releaseTestServer();
}
