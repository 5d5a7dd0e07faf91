/*
 * A machine that builds something else at the same time holds back a browser, a server, or a test that allows hostile input so
 * much time and no more. There a test that fails is tried once more; `.ci/run` names those that needed it.
 */
if (process.env['CI'] !== undefined) jest.retryTimes(1, { logErrorsBeforeRetry: true });
