/** Where the mini app signs in and steps up; announced as `authorization_challenge_endpoint`. */
export const CHALLENGE_PATH = '/authorize-challenge';
/** Where it brings the files of a card's chip. */
export const UPLOAD_PATH = `${CHALLENGE_PATH}/chip`;
