package matchbench

import "math/rand/v2"

// NewRand returns the random source of a seed; equal seeds give equal worlds and corpora.
func NewRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, seed*0x9e3779b97f4a7c15)) }
