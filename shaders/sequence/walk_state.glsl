// SPDX-License-Identifier: MIT
//
// Reads the state of walks. Include after the buffer `state` and the push constants.

uint rows_added(uint walk)
{
	return state[push.state.counters + walk].x;
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
