import Fastify from 'fastify'

/** A logger that says nothing. */
export const quietLogger = Fastify({ logger: { level: 'silent' } }).log
