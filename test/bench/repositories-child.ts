/** Searches a folder in a process of its own and prints how that went. Bundled and run by `repositories.ts`. */
import { searchRepositories } from '../../lambda/repositories/search.ts';
import { peakMemoryMb } from './peak-memory.ts';

const [, , directory = ''] = process.argv;
const { files, uses, failures } = await searchRepositories({ directories: [directory], eyamlCommand: ['false'] })();
console.log(JSON.stringify({ files, uses: uses.length, failures: failures.length, peakMb: peakMemoryMb() }));
