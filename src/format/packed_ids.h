/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FORMAT_PACKED_IDS_H
#define FORMAT_PACKED_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Lists of many small ids, read in two steps: each id's bytes are taken as a word from where it starts, and later, when
 * there are thousands of them, words become ids. Ids of more than four bytes are not for it.
 */

/* Room that is needed in `to` beyond a word for each byte. */
#define PACKED_IDS_ROOM 3

/*
 * The words of a packed list of varints, at `to`. Returns behind the last one, or NULL with `to` in any state when the
 * list ends in the middle of a varint, or so close before readable_end that words would go beyond that.
 */
uint32_t *packed_ids_take(const uint8_t *data, size_t len, const uint8_t *readable_end, uint32_t *to);

/* The word of one id; of an id that is too large it is a word that packed_ids_join() does not like. */
uint32_t packed_ids_word(uint64_t id);

/*
 * Turns words into ids less one, in place; up to PACKED_IDS_ROOM words behind them may be overwritten. *highest is the
 * greatest of them: an id of 0, less one, is as great as can be. False, with the words in any state, when one of them has
 * more than four bytes.
 */
bool packed_ids_join(uint32_t *words, size_t n, uint32_t *highest);

#endif
