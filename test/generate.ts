/** `npm run generate`: writes every generated file again. The specs beside their sources keep them fresh. */
import { writeFileSync } from 'node:fs'
import { writeGenerated as writeApi } from '../api/generated.ts'
import { envExample } from '../app/config/env-example.ts'
import { writeGenerated as writeSchemas } from '../contract/authoring/codegen.ts'

writeSchemas()
await writeApi()
writeFileSync(new URL('../.env.example', import.meta.url), envExample())
