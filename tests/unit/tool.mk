# SPDX-License-Identifier: GPL-2.0-only
# Tests of the command: each tool_*.c with all of it but its main().
TOOL	:= ../../tools
TOOL_SRC = $(filter-out $(TOOL)/svcplane.c,$(wildcard $(TOOL)/*.c))
TOOL_TESTS = $(patsubst %.c,$(OUT)/%,$(wildcard tool_*.c))
TOOL_OBJ = $(patsubst $(TOOL)/%.c,$(OUT)/tool/%.o,$(TOOL_SRC))
TOOL_CFLAGS = $(ALL_CFLAGS) -D_GNU_SOURCE -Wno-missing-field-initializers \
	      -I$(TOOL) $(shell pkg-config --cflags libnl-genl-3.0)
TESTS	+= $(TOOL_TESTS)

$(OUT)/tool/%.o: $(TOOL)/%.c $(wildcard $(TOOL)/*.h) $(UAPI)/linux/svcplane.h
	@mkdir -p $(OUT)/tool
	$(CC) $(TOOL_CFLAGS) -c -o $@ $<

$(TOOL_TESTS): $(OUT)/%: %.c unit.h $(TOOL_OBJ)
	$(CC) $(TOOL_CFLAGS) -o $@ $< $(TOOL_OBJ) \
		$(shell pkg-config --libs libnl-genl-3.0)
