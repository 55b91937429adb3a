import Fastify from 'fastify'

/** A logger that writes nothing. */
export const quietLogger = Fastify({ logger: { level: 'silent' } }).log
