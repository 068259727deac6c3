# SPDX-License-Identifier: GPL-2.0-only
#
# make                 module and tool
# make install         both, into DESTDIR or the running system
# make dkms-install    the module through DKMS, for every kernel to come
# make deps            packages that building and testing need
# make demo | test | check
#
# KDIR is the build directory of the kernel: that of the running kernel if it is
# there, else the newest installed. Objects go to build/<kernel release>, so the
# builds for several kernels do not meet.

KDIR ?= $(firstword $(wildcard /lib/modules/$(shell uname -r)/build) \
	$(shell ls -d /lib/modules/*/build 2>/dev/null | sort -rV))
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
	$(if $(CONFIG_SVCPLANE_KUNIT),CONFIG_SVCPLANE_KUNIT=$(CONFIG_SVCPLANE_KUNIT))
SOURCES := Kbuild kmod $(wildcard uapi tests/kunit)
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
	$(MAKE) -C tests/tools

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

dkms-install:
	mkdir -p $(DKMS_TREE)
	rsync -aR --delete Kbuild dkms.conf LICENSE kmod $(wildcard uapi) $(DKMS_TREE)/
ifeq ($(DESTDIR),)
	dkms status svcplane/$(VERSION) | grep -q . || dkms add svcplane/$(VERSION)
	dkms install --force svcplane/$(VERSION) -k $(KREL)
endif

uninstall:
	rm -f $(DESTDIR)/lib/modules/*/updates/svcplane.ko
	if [ -z "$(DESTDIR)" ] && dkms status svcplane/$(VERSION) 2>/dev/null | grep -q .; then \
		dkms remove svcplane/$(VERSION) --all; fi
	rm -rf $(DKMS_TREE)
ifneq ($(wildcard tools/Makefile),)
	$(MAKE) -C tools uninstall DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
endif
	$(if $(DESTDIR),,$(DEPMOD) -a $(KREL))

clean:
	rm -rf $(BUILD_ROOT)
ifneq ($(wildcard tools/Makefile),)
	$(MAKE) -C tools clean
endif
ifneq ($(wildcard examples/Makefile),)
	$(MAKE) -C examples clean
endif

deps:
	@tests/deps

check:
	@tests/check/all

test: deps
	@tests/all

demo: deps
	@tests/demo/run

.PHONY: all sources module tools helpers install module-install tools-install dkms-install \
	uninstall clean deps check test demo
