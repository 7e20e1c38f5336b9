// SPDX-License-Identifier: MIT
//
// Reads the state of walks. Include after the buffer `state` and the push constants.

// Where the walk's head begins, in quadruples.
uint head_of(uint walk)
{
	return push.state.heads + walk * WALK_HEAD_QUADS;
}

uint rows_added(uint walk)
{
	return state[head_of(walk) + WALK_COUNTERS].x;
}

// Where the walk's order begins, in quadruples.
uint order_begin(uint walk)
{
	return push.state.orders + walk * push.state.order_quads;
}

uint order_element(uint walk, uint i)
{
	return state[order_begin(walk) + i / 4u][i % 4u];
}

int weight_of(uint item)
{
	return int(state[item / 4u][item % 4u]);
}

bool stands(uint walk)
{
	return state[head_of(walk) + WALK_STATUS].x != 0u;
}

// The item that was decided for the near step at which the walk stands, or WALK_NO_DECISION.
uint decision_of(uint walk, uint added)
{
	uvec4 two = state[push.state.decisions + walk / 2u];
	uvec2 decision = walk % 2u == 0u ? two.xy : two.zw;
	return decision.x == added ? decision.y : WALK_NO_DECISION;
}
