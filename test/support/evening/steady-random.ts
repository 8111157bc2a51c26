/** Numbers in [0, 1) that are the same at every start (Park and Miller's generator). */
export function steadyRandom(): () => number {
  const modulus = 2 ** 31 - 1;
  let state = 20_261_122;
  return () => {
    state = (state * 48_271) % modulus;
    return state / modulus;
  };
}
