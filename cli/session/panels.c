/* SPDX-License-Identifier: MIT */
#include "session/panels.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/message.h"
#include "base/progress.h"
#include "base/size.h"

#define PANEL_BYTES (32u << 20)

int panels_each(struct session *session, uint32_t first, uint32_t count, bool show_progress,
                panel_use use, void *user)
{
	uint64_t row_bytes = (uint64_t)session->input.table.rows * sizeof(float);
	uint32_t max = (uint32_t)min_u64(count, PANEL_BYTES / row_bytes + 1), done, now;
	float *panel = malloc(max * row_bytes + 1);
	struct progress progress;
	int status = EXIT_GOOD;

	if (!panel) {
		message_error(session->options,
		              "there is not enough memory for %" PRIu32 " rows of the matrix", max);
		return EXIT_FAILED;
	}
	progress_begin(&progress, session->options, "rows", count, 0);
	for (done = 0; done < count && status == EXIT_GOOD; done += now) {
		now = min_u32(max, count - done);
		if (show_progress)
			progress_update(&progress, done);
		if (vkc_compute_similarity_rows(session->context, first + done, now, panel) != VKC_SUCCESS)
			status = session_failed(session);
		else
			status = use(user, first + done, now, panel);
	}
	progress_end(&progress);
	free(panel);
	return status;
}
