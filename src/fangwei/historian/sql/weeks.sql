SELECT DISTINCT partition FROM system.parts WHERE active AND database = 'history' AND table = 'readings'
