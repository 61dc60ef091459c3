// Milliseconds of processor time this process has used: what a neighbour on the machine takes away
// from the wall clock it does not take away here.

export function coreMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
