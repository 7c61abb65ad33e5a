package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// cpu is what these processes have run, in nanoseconds, all their threads together.
func cpu(pids []string) int64 {
	var total int64
	for _, pid := range pids {
		tasks, _ := filepath.Glob("/proc/" + pid + "/task/*/schedstat")
		for _, task := range tasks {
			data, _ := os.ReadFile(task)
			if fields := strings.Fields(string(data)); len(fields) > 0 {
				ran, _ := strconv.ParseInt(fields[0], 10, 64)
				total += ran
			}
		}
	}
	return total
}

// memory is their resident set, in KiB.
func memory(pids []string) int64 {
	var total int64
	for _, pid := range pids {
		data, _ := os.ReadFile("/proc/" + pid + "/status")
		for _, one := range strings.Split(string(data), "\n") {
			var size int64
			if _, err := fmt.Sscanf(one, "VmRSS: %d kB", &size); err == nil {
				total += size
			}
		}
	}
	return total
}
