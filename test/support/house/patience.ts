// Tests with servers and processes wait for conditions, not for times: the limit only ends what hangs.
jest.setTimeout(60_000);

/*
 * A machine that builds something else at the same time holds a browser or a server back for seconds. There a test that fails
 * is tried once more; `.ci/run` names those that needed it.
 */
if (process.env['CI'] !== undefined) jest.retryTimes(1, { logErrorsBeforeRetry: true });
