// SPDX-License-Identifier: ISC
// An upload with tus-js-client, as its users write it.
//
//   tus.js endpoint file urls mode
//
// urls: the file in which the client remembers URLs of uploads.  mode:
//   whole   one PATCH, and again from where it broke off
//   abort   given up after a while, over a line that has fallen silent
//   resume  gone on with from the remembered URL
//   chunks  with a checksum each, the first along with the creation, and POST
//           in place of PATCH
// Prints a line of JSON: what was asked and answered, and how it ended.
'use strict'

const crypto = require('crypto')
const fs = require('fs')
const tus = require('tus-js-client')

const [endpoint, path, urls, mode] = process.argv.slice(2)
const bytes = fs.readFileSync(path)
const chunk = 300000
const said = []
let giving_up

function end(how, monitor) {
  console.log(JSON.stringify({ how, monitor, said }))
  process.exit(0)
}

function checksum(request) {
  const at = Number(request.getHeader('Upload-Offset') || 0)
  const sum = crypto.createHash('sha1').update(bytes.subarray(at, at + chunk))
  request.setHeader('Upload-Checksum', `sha1 ${sum.digest('base64')}`)
}

const options = {
  endpoint,
  urlStorage: new tus.FileUrlStorage(urls),
  retryDelays: mode === 'abort' ? null : [300, 1000, 3000],
  metadata: { filename: 'größe.bin', filetype: 'application/x-test' },
  onBeforeRequest(request) {
    if (mode === 'chunks' && request.getMethod() === 'POST') checksum(request)
  },
  onAfterResponse(request, response) {
    said.push([request.getMethod(), response.getStatus(),
      Number(response.getHeader('Upload-Offset'))])
  },
  onProgress() {
    if (mode === 'abort' && !giving_up)
      giving_up = setTimeout(
        () => upload.abort().then(() => end('aborted')), 700)
  },
  onError: (error) => end(`failed: ${error}`),
  onSuccess: ({ lastResponse }) => end('done', lastResponse.getHeader('Link')),
}
if (mode === 'chunks')
  Object.assign(options, { chunkSize: chunk, overridePatchMethod: true,
    uploadDataDuringCreation: true })

const upload = new tus.Upload(fs.createReadStream(path), options)
upload.findPreviousUploads().then((found) => {
  if (mode === 'resume') upload.resumeFromPreviousUpload(found[0])
  upload.start()
})
