#!/usr/bin/env node
import '../dist/pstore-decode.js';
