# SPDX-License-Identifier: GPL-2.0-only
#
# make                 module and tool
# make install         both, into DESTDIR or the running system
# make dkms-install    the module through DKMS, for every kernel to come
# make deps            packages that building and testing need
# make demo | demo-hosts | test | check | test-long | bench | bench-check
#
# KDIR is the build directory of the kernel: that of the running kernel if it is
# there, else the newest installed. Objects go to build/<kernel release>, so the
# builds for several kernels do not meet.

# A link may stand there without what it points to.
KDIR ?= $(patsubst %/Makefile,%,$(firstword $(wildcard /lib/modules/$(shell uname -r)/build/Makefile) \
	$(shell ls -d /lib/modules/*/build/Makefile 2>/dev/null | sort -rV)))
KREL := $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
	$(KDIR)/include/generated/utsrelease.h 2>/dev/null)
VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)

DESTDIR ?=
PREFIX ?= /usr
DEPMOD ?= depmod
LLVM ?=

# A User-Mode Linux build directory says so itself.
KARCH := $(if $(shell grep -s '^CONFIG_UML=y' $(KDIR)/.config),um)
BUILD_ROOT ?= $(CURDIR)/build
BUILD := $(BUILD_ROOT)/$(KREL)$(if $(LLVM),-llvm)$(VARIANT)
KBUILD_ARGS := -C $(KDIR) M=$(BUILD) $(if $(KARCH),ARCH=$(KARCH)) \
	$(if $(LLVM),LLVM=$(LLVM)) \
	$(foreach o,CONFIG_SVCPLANE_KUNIT CONFIG_SVCPLANE_BENCH,$(if $($o),$o=$($o)))
SOURCES := Kbuild kmod $(wildcard uapi tests/kunit tests/bench/*.[ch])
DERIVED := *.o *.ko *.mod *.mod.c .*.cmd *.order *.symvers *.d *.a .lock

all: module tools

# The sources are copied beside their objects: external modules of 6.1 cannot
# have an output directory. rsync keeps the times, so make still sees what changed.
sources:
	@test -n "$(KREL)" || { echo "No kernel headers in KDIR='$(KDIR)':" \
		"install linux-headers-amd64 or give KDIR=..." >&2; exit 1; }
	@mkdir -p $(BUILD)
	@rsync -aR --delete $(foreach f,$(DERIVED),--exclude='$(f)') $(SOURCES) $(BUILD)/

module: sources
	$(MAKE) $(KBUILD_ARGS) modules

# The release of the kernel that KDIR belongs to
kernelrelease:
	@echo $(KREL)

tools:
ifneq ($(wildcard tools/Makefile),)
	$(MAKE) -C tools
endif
ifneq ($(wildcard examples/Makefile),)
	$(MAKE) -C examples
endif

helpers:
	$(MAKE) -C tests/helpers OUT=$(BUILD_ROOT)/helpers
ifneq ($(wildcard tests/tools/Makefile),)
	$(MAKE) -C tests/tools
endif

install: module-install tools-install

module-install: module
	$(MAKE) $(KBUILD_ARGS) INSTALL_MOD_PATH=$(DESTDIR) INSTALL_MOD_DIR=updates \
		$(if $(DESTDIR),DEPMOD=true) modules_install
	$(if $(DESTDIR),,$(DEPMOD) -a $(KREL))

tools-install: tools
ifneq ($(wildcard tools/Makefile),)
	$(MAKE) -C tools install DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
endif

DKMS_TREE = $(DESTDIR)/usr/src/svcplane-$(VERSION)
# Each version that DKMS has. It does not see that sources have changed, and it
# would keep the module of another version beside the new one.
DKMS_FORGET = dkms status svcplane 2>/dev/null | \
	sed -n 's|^svcplane[/,] *\([^,:]*\).*|\1|p' | sort -u | while read -r version; do \
		dkms remove "svcplane/$$version" --all && rm -rf "/usr/src/svcplane-$$version" || \
			exit 1; done

dkms-install:
	$(if $(DESTDIR),,$(DKMS_FORGET))
	mkdir -p $(DKMS_TREE)
	rsync -aR --delete Kbuild dkms.conf LICENSE kmod $(wildcard uapi) $(DKMS_TREE)/
ifeq ($(DESTDIR),)
	dkms add svcplane/$(VERSION)
	dkms install svcplane/$(VERSION) -k $(KREL)
endif

# modules_install may have compressed the module.
uninstall:
	for file in $(DESTDIR)/lib/modules/*/updates/svcplane.ko*; do \
		[ -e "$$file" ] || continue; \
		dir=$${file%/updates/*}; \
		rm -f "$$file"; \
		rmdir --ignore-fail-on-non-empty "$$dir/updates"; \
		$(if $(DESTDIR),,$(DEPMOD) -a "$${dir##*/}";) \
	done
	$(if $(DESTDIR),,! command -v dkms >/dev/null || { $(DKMS_FORGET); })
	rm -rf $(DKMS_TREE)
ifneq ($(wildcard tools/Makefile),)
	$(MAKE) -C tools uninstall DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
endif

clean:
	rm -rf $(BUILD_ROOT)
	for dir in $(dir $(wildcard tools/Makefile tools/libsvcplane/Makefile \
			examples/Makefile tests/*/Makefile)); do \
		$(MAKE) -C $$dir clean || exit 1; done

deps:
	@tests/deps

check:
	@tests/check/all

test: deps
	@tests/all

demo: deps
	@tests/demo/run

demo-hosts: deps
	@tests/demo/run hosts

# Volumes, with their figures: not part of test
test-long: deps
	@tests/long

# Speed beside a Linux bridge, tc and Open vSwitch: Documentation/performance.md
bench: deps
	@tests/bench/all

# Instructions a frame: which stage takes more than what is committed says?
bench-check: deps
	@tests/bench/icount --check

.PHONY: all sources module kernelrelease tools helpers install module-install tools-install dkms-install \
	uninstall clean deps check test test-long bench bench-check demo demo-hosts
