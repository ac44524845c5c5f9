/** "12 s", "3 min 5 s", "2 h 10 min": how long something takes, for people. */
export function secondsInWords(seconds: number): string {
  if (seconds < 1) return 'under 1 s';
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
