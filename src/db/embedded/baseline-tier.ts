import { setFlagsFromString } from 'node:v8'

/** How many hold it; V8's flags are the process's. */
let holders = 0

/**
 * Keeps V8 from compiling again, with optimisation, the WebAssembly modules that are loaded until all that hold it have released it:
 * PGlite's. Then V8 has its defaults again, for others such as undici's parser.
 *
 * One function of Postgres alone takes 2.9 s of processor time and 600 MB to optimise, while the first requests wait on two cores.
 * Without it, the first hundred of three statements each take 0.17 s instead of 0.49, and a server needs 300 MB instead of 650; of
 * 48,000 statements the later ones take a fifth longer. The flags count when the module is compiled, hence the two moments.
 *
 * Compiled code that V8 has kept is refused where other flags are set: what is loaded and kept in between has the same ones.
 *
 * @returns releases it, once
 */
export function holdBaselineTier(): () => void {
  if (holders++ === 0) for (const flag of ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag)
  let held = true
  return () => {
    if (!held) return
    held = false
    if (--holders === 0) for (const flag of ['--wasm-tier-up', '--wasm-dynamic-tiering']) setFlagsFromString(flag)
  }
}
