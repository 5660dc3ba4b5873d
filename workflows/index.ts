export { processUpload } from './process-upload.ts';
