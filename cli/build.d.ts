/** Of cli/build.js, which runs before anything is compiled. */

/** True when dist/ was made from the sources as they are now. */
export function isFresh(): boolean

/** Makes dist/ from the sources. */
export function build(): Promise<void>
