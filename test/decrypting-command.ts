/** A stand-in for eyaml, whose encryption is none: `ENC[T,base64]`. */

/** A program in Node, as a command and its arguments. */
export const nodeCommand = (script: string): string[] => [process.execPath, '-e', script];

export const clearBlock = (value: string): string => `ENC[T,${Buffer.from(value).toString('base64')}]`;

/** As `eyaml decrypt --stdin`: a text filter, which indents values of several lines. */
export const decryptingCommand: readonly string[] = nodeCommand(`
  const input = [];
  process.stdin.on('data', (data) => input.push(data)).on('end', () => {
    const clear = (block, base64) => {
      const value = Buffer.from(base64, 'base64').toString();
      return /[\\r\\n]/.test(value) ? '|\\n  ' + value.replace(/([\\r\\n]+)/g, '$1  ') : value;
    };
    process.stdout.write(Buffer.concat(input).toString().replace(/ENC\\[T,([A-Za-z0-9+/=]+)\\]/g, clear));
  });
`);
