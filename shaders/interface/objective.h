/* SPDX-License-Identifier: MIT
 *
 * What a sequence looks for at each step. src/sequence/objective.c has a row for each of these,
 * shaders/sequence/objectives.glsl a branch. */
#ifndef VKC_INTERFACE_OBJECTIVE_H
#define VKC_INTERFACE_OBJECTIVE_H

#define OBJECTIVE_CENTROID_FARTHEST 0u /* the lowest cosine with the mean of the chosen items */
#define OBJECTIVE_COUNT 1u

#endif
