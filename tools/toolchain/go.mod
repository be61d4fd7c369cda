// Where a Go before 1.21, which fetches no newer one by itself, fetches one as the module that it is.
module parley/tools/toolchain

go 1.16
