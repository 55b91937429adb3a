/**
 * How long an attempt waits for the first byte of its answer, in ms.
 *
 * A laptop that slept, or another wifi, leaves connections behind that are dead and do not say so. A browser keeps up to six to
 * a server, and would try each for minutes. An attempt that is given up closes its connection; so after six short ones the next
 * has a new connection, and may take as long as a slow network does.
 *
 * @param {number} attempt from 0
 */
export const answerMs = attempt => (attempt < deadConnections ? 4_000 : 30_000)

/** What Chrome, Firefox and Safari open to one server over HTTP/1.1. */
const deadConnections = 6

/** The attempts that a request has: each dead connection may take one. */
export const attempts = deadConnections + 1
